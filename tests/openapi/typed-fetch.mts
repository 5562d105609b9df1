// A front end in the types that openapi-typescript makes, with the fetch of openapi-fetch.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

declare const process: { argv: string[] };

type Json = "application/json" | "application/problem+json";
type Value = components["schemas"]["Property"]["values"][number];

const [, , baseUrl] = process.argv;
const client = createClient<paths, Json>({ baseUrl });

// A canned query: typed cells, of which those that are never empty are never null.
const citing = await client.GET("/api/queries/recommendations-citing", {
  params: { query: { instrument: ["CMW"], kind: ["political"] } },
});
if (citing.data === undefined) throw new Error(citing.error.detail);
const cited: string[] = citing.data.items.map((row) => row.instrument.iri);
const words: (string | null)[] = citing.data.items.map((row) => row.matched_text);

// A list with a filter and a facet: one page, the total, the counts.
const list = await client.GET("/api/recommendations", {
  params: { query: { kind: ["political"], facets: ["topics"], per_page: 3 } },
});
if (list.data === undefined) throw new Error(list.error.detail);
const titles: (string | null)[] = list.data.items.map((row) => row.recommendation.label);
const counts: number[] = list.data.facets?.topics?.values.map((value) => value.count) ?? [];

// Full text and completion.
const found = await client.GET("/api/search", { params: { query: { q: "detention" } } });
const completed = await client.GET("/api/suggest", { params: { query: { q: "mig" } } });
const first: string | null | undefined = completed.data?.items[0]?.resource.label;

// One resource: the kind of a value tells its members.
function show(value: Value): string {
  switch (value.kind) {
    case "resource":
      return value.label ?? value.iri;
    case "literal":
      return String(value.value);
    case "node":
      return value.properties.map((property) => property.title).join();
  }
}
const described = await client.GET("/api/resource", { params: { query: { iri: "ICRMW" } } });
if (described.data === undefined) throw new Error("ICRMW is not described");
const adopted: string[] = described.data.groups
  .flatMap((group) => group.properties)
  .filter((property) => property.title === "adoption date")
  .flatMap((property) => property.values.map(show));

// A document is validated: as text, which the client is not to make JSON of.
const turtle = `
  @prefix gfmd: <https://w3id.org/gfmdkg/ontology#> .
  @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
  <https://w3id.org/gfmdkg/id/instrument/pact> a gfmd:Instrument ; skos:prefLabel "Pact"@en .`;
const report = await client.POST("/api/validate", {
  headers: { "Content-Type": "text/turtle" },
  body: turtle,
  bodySerializer: (text) => text,
});
const findings: components["schemas"]["Finding"][] = report.data?.findings ?? [];

// A problem: its members tell which it is.
const missing = await client.GET("/api/resource", { params: { query: { iri: "CMV" } } });
const nearest: (string | null)[] =
  missing.error !== undefined && "candidates" in missing.error
    ? missing.error.candidates.map((candidate) => candidate.label)
    : [];

// What the description does not have does not compile.
// @ts-expect-error there is no such parameter
void (() => client.GET("/api/recommendations", { params: { query: { colour: "red" } } }));
// @ts-expect-error a number is no text
void (() => client.GET("/api/recommendations", { params: { query: { per_page: "ten" } } }));
// @ts-expect-error there is no such path
void (() => client.GET("/api/nothing"));
// @ts-expect-error a resource needs to be named
void (() => client.GET("/api/resource", { params: { query: {} } }));

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
