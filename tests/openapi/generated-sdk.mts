// A front end on the functions that @hey-api/openapi-ts generates, one for each operation.
import { createClient } from "./sdk/client/index.js";
import {
  queriesRecommendationsCiting,
  readResource,
  recommendations,
  searchText,
  suggestNames,
  validate,
} from "./sdk/sdk.gen.js";
import type { Finding, LiteralValue, NotFoundProblem } from "./sdk/types.gen.js";

declare const process: { argv: string[] };

const [, , baseUrl] = process.argv;
const client = createClient({ baseUrl: baseUrl ?? "" });

// A canned query: typed cells, of which those that are never empty are never null.
const citing = await queriesRecommendationsCiting({
  client,
  query: { instrument: ["CMW"], kind: ["political"] },
  throwOnError: true,
});
const cited: string[] = citing.data.items.map((row) => row.instrument.iri);
const words: (string | null)[] = citing.data.items.map((row) => row.matched_text);

// A list with a filter and a facet: one page, the total, the counts.
const list = await recommendations({
  client,
  query: { kind: ["political"], facets: ["topics"], per_page: 3 },
  throwOnError: true,
});
const titles: (string | null)[] = list.data.items.map((row) => row.recommendation.label);
const counts: number[] = list.data.facets?.topics?.values.map((value) => value.count) ?? [];

// Full text and completion.
const found = await searchText({ client, query: { q: "detention" } });
const completed = await suggestNames({ client, query: { q: "mig" } });
const first: string | null | undefined = completed.data?.items[0]?.resource.label;

// One resource: the kind of a value tells its members.
const described = await readResource({ client, query: { iri: "ICRMW" }, throwOnError: true });
const adopted: string[] = described.data.groups
  .flatMap((group) => group.properties)
  .filter((property) => property.title === "adoption date")
  .flatMap((property) => property.values)
  .filter((value): value is LiteralValue => value.kind === "literal")
  .map((value) => String(value.value));

// A document is validated: of the formats that are read, this client sends JSON-LD.
const report = await validate({
  client,
  body: {
    "@id": "https://w3id.org/gfmdkg/id/instrument/pact",
    "@type": "https://w3id.org/gfmdkg/ontology#Instrument",
    "http://www.w3.org/2004/02/skos/core#prefLabel": { "@value": "Pact", "@language": "en" },
  },
});
const findings: Finding[] = report.data?.findings ?? [];

// A problem: its members tell which it is.
const missing = await readResource({ client, query: { iri: "CMV" } });
const isNotFound = (problem: object): problem is NotFoundProblem => "candidates" in problem;
const nearest: (string | null)[] =
  missing.error !== undefined && isNotFound(missing.error)
    ? missing.error.candidates.map((candidate) => candidate.label)
    : [];

// What the description does not have does not compile.
// @ts-expect-error there is no such parameter
void (() => recommendations({ client, query: { colour: "red" } }));
// @ts-expect-error a number is no text
void (() => recommendations({ client, query: { per_page: "ten" } }));
// @ts-expect-error a resource needs to be named
void (() => readResource({ client, query: {} }));

console.log(
  JSON.stringify({
    cited,
    words,
    total: list.data.total,
    titles,
    counts,
    found: found.data?.items[0]?.resource.label,
    first,
    adopted,
    conforms: report.data?.conforms,
    codes: findings.map((finding) => finding.code),
    status: missing.error?.status,
    nearest,
  }),
);
