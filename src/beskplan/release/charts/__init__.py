"""Charts for pages and documents: what the marts hold, drawn by Vega, without network or script."""

from beskplan.release.charts.drawing import Drawing, png, svg
from beskplan.release.charts.goals import goal_drawings
from beskplan.release.charts.joblog import joblog_drawings
from beskplan.release.charts.kommune import kommune_drawings

__all__ = ["Drawing", "goal_drawings", "joblog_drawings", "kommune_drawings", "png", "svg"]
