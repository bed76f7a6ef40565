// The playground where its own files were not built in: the same page, with GraphiQL from a CDN.
import 'graphiql/setup-workers/esm.sh';
import { createElement } from 'react';
import { createRoot } from 'react-dom/client';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';

const token = new URLSearchParams(location.hash.slice(1)).get('token');
if (token) history.replaceState(null, '', location.pathname + location.search);
const headers = token ? JSON.stringify({ Authorization: `Bearer ${token}` }, null, 2) : undefined;

createRoot(document.getElementById('graphiql')).render(
  createElement(GraphiQL, {
    fetcher: createGraphiQLFetcher({ url: new URL('graphql', document.baseURI).href }),
    defaultQuery: '# brandgraph: run a query with Ctrl-Enter.\n\nquery Hello {\n  __typename\n}\n',
    initialHeaders: headers,
    defaultHeaders: headers,
  }),
);
