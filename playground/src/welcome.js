// What the editor shows on a first visit: a query that answers whoever is looking, and what to try next.
const HEAD = `# brandgraph: brand content as one graph.
#
# Ctrl-Enter runs a query, Ctrl-Space completes a name, and the book on the left
# describes every type, field and argument.
`;

const WITH_TOKEN = `
# The newest published entries of every brand you may read.
query Newest {
  entries(
    first: 10
    filter: { status: { eq: PUBLISHED } }
    orderBy: [{ field: PUBLISHED_AT, direction: DESC }]
  ) {
    edges {
      node {
        title
        slug
        publishedAt
        brand {
          name
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor
    }
  }
}
`;

const WITHOUT_TOKEN = `#
# Content needs a token. "Headers" below takes it:
#   { "Authorization": "Bearer …" }
# and \`brandgraph token mint --subject me --role viewer\` makes one.

query Hello {
  __typename
}
`;

/** The text of the first tab. */
export function welcome(hasToken) {
  return HEAD + (hasToken ? WITH_TOKEN : WITHOUT_TOKEN);
}
