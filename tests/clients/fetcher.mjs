// Ask a SPARQL endpoint through fetch-sparql-endpoint: `node fetcher.mjs URL QUERY`.
import { SparqlEndpointFetcher } from 'fetch-sparql-endpoint';

const [url, query] = process.argv.slice(2);
const fetcher = new SparqlEndpointFetcher();
switch (fetcher.getQueryType(query)) {
  case 'SELECT': {
    const stream = await fetcher.fetchBindings(url, query);
    for await (const solution of stream) {
      console.log(JSON.stringify(Object.fromEntries(Object.entries(solution).map(([k, v]) => [k, v.value]))));
    }
    break;
  }
  case 'ASK':
    console.log(JSON.stringify(await fetcher.fetchAsk(url, query)));
    break;
  case 'CONSTRUCT':
    for await (const triple of await fetcher.fetchTriples(url, query)) {
      console.log(JSON.stringify([triple.subject.value, triple.predicate.value, triple.object.value]));
    }
    break;
  default:
    throw new Error('this query has no form that the test knows');
}
