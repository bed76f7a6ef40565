// The playground: GraphiQL against this server's own endpoint.
import './workers.js';
import 'graphiql/style.css';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { headersFromFragment } from './token.js';
import { welcome } from './welcome.js';

const fetcher = createGraphiQLFetcher({ url: new URL('graphql', document.baseURI).href });
const headers = headersFromFragment();

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    defaultQuery={welcome(headers !== undefined)}
    initialHeaders={headers}
    defaultHeaders={headers}
    defaultEditorToolsVisibility={headers ? 'headers' : undefined}
  >
    <GraphiQL.Logo>brandgraph</GraphiQL.Logo>
  </GraphiQL>,
);
