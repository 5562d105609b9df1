# The shortcuts that people who write SPARQL by hand use, from the links that carry the evidence.
PREFIX cito: <http://purl.org/spar/cito/>
PREFIX gfmd: <https://w3id.org/gfmdkg/ontology#>

INSERT {
  GRAPH <https://w3id.org/gfmdkg/graph/derived/links> { ?passage gfmd:cites ?reference }
}
WHERE {
  VALUES ?passage { UNDEF }
  GRAPH ?source {
    ?link a gfmd:Citation ;
      cito:hasCitingEntity ?passage ;
      cito:hasCitedEntity ?reference ;
      gfmd:assertion <https://w3id.org/gfmdkg/scheme/assertion/explicit> ;
      gfmd:reviewStatus <https://w3id.org/gfmdkg/scheme/review-status/accepted> .
  }
} ;

INSERT {
  GRAPH <https://w3id.org/gfmdkg/graph/derived/links> { ?passage gfmd:alignsWith ?reference }
}
WHERE {
  VALUES ?passage { UNDEF }
  GRAPH ?source {
    ?link a gfmd:Classification ;
      cito:hasCitingEntity ?passage ;
      cito:hasCitedEntity ?reference ;
      gfmd:reviewStatus <https://w3id.org/gfmdkg/scheme/review-status/accepted> .
  }
}
