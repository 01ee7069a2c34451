"""A design answered over HTTP: SPARQL, its graphs, the shipped questions and a workbench; read-only, within limits."""
