// Tells monaco where its workers are: beside this script, on our own origin.
const workers = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };

globalThis.MonacoEnvironment = {
  getWorker(_id, label) {
    return new Worker(new URL(workers[label] ?? EDITOR_WORKER, import.meta.url), { name: label });
  },
};
