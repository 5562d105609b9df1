// What a front end does, in types that are generated from the service's own description.
import createClient from "openapi-fetch";
import type { components, paths } from "./schema.js";

type Json = "application/json" | "application/problem+json";
type Evidence = components["schemas"]["Evidence"];
type Value = components["schemas"]["Property"]["values"][number];

const client = createClient<paths, Json>({ baseUrl: process.argv[2] });

// A list with a facet: one page, typed cells, the total.
const list = await client.GET("/api/recommendations", {
  params: { query: { kind: ["political"], per_page: 3 } },
});
if (list.data === undefined) throw new Error(list.error.detail);
const titles: (string | null)[] = list.data.items.map((row) => row.recommendation?.label ?? null);

// Full text and completion.
const found = await client.GET("/api/search", { params: { query: { q: "detention", per_page: 1 } } });
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
const described = await client.GET("/api/resource", { params: { query: { iri: "CMW" } } });
if (described.data === undefined) throw new Error("CMW is not described");
const evidence: Evidence[] = described.data.evidence.items;
const adopted = described.data.groups
  .flatMap((group) => group.properties)
  .filter((property) => property.title === "adopted")
  .flatMap((property) => property.values.map(show));

// A problem: its type tells its members.
const missing = await client.GET("/api/resource", { params: { query: { iri: "CMV" } } });
let nearest: string | null | undefined;
if (missing.error !== undefined && "candidates" in missing.error) {
  nearest = missing.error.candidates[0]?.label;
}

// What the description does not have does not compile.
// @ts-expect-error there is no such parameter
void (() => client.GET("/api/recommendations", { params: { query: { colour: "red" } } }));
// @ts-expect-error there is no such kind of recommendation number
void (() => client.GET("/api/recommendations", { params: { query: { per_page: "ten" } } }));
// @ts-expect-error there is no such path
void (() => client.GET("/api/nothing"));
// @ts-expect-error a resource needs to be named
void (() => client.GET("/api/resource", { params: { query: {} } }));

console.log(
  JSON.stringify({
    total: list.data.total,
    titles: titles.length,
    found: found.data?.items[0]?.resource.label,
    first,
    words: evidence.flatMap((link) => link.matched_text ?? []),
    adopted,
    nearest,
  }),
);
