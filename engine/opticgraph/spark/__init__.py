"""An audit beyond one machine: Spark reads, cuts, counts and writes; each cut is judged by the engine itself.

    from opticgraph.spark.fleet import audit_fleet
    audit_fleet("hdfs:///network/links", output="hdfs:///network/audit", master="spark://head:7077")

Only session.py can be imported without PySpark. docs/decisions/0017-spark.md says how the cuts are made, and why the
answer is the same.
"""
