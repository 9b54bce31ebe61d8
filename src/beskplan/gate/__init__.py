"""The gate: judges a candidate table by table and writes the decisions; changes no figure."""

from beskplan.gate.judge import judge
from beskplan.gate.judgement import Finding, Judgement, Rule, TableVerdict

__all__ = ["Finding", "Judgement", "Rule", "TableVerdict", "judge"]
