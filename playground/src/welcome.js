// What the editor shows on a first visit.
export const WELCOME = `# brandgraph: brand content as one graph.
#
# Run a query with Ctrl-Enter; Ctrl-Space completes names; the book icon on the
# left shows every type, field and argument. A token goes into "Headers" below:
#   { "Authorization": "Bearer …" }
#
# Another one to try: the newest published entries of every brand you may read.
#
#   query Newest {
#     entries(first: 10, filter: {status: {eq: PUBLISHED}}) {
#       edges { node { id slug title publishedAt brand { name } } }
#       pageInfo { hasNextPage endCursor }
#     }
#   }

query Hello {
  __typename
}
`;
