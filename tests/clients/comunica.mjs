// Ask a SPARQL endpoint through Comunica: `node comunica.mjs URL QUERY`; prints a line a solution.
import { QueryEngine } from '@comunica/query-sparql';

const [url, query] = process.argv.slice(2);
const bindings = await new QueryEngine().queryBindings(query, {
  sources: [{ type: 'sparql', value: url }],
});
for (const solution of await bindings.toArray()) {
  console.log(JSON.stringify(Object.fromEntries([...solution].map(([k, v]) => [k.value, v.value]))));
}
