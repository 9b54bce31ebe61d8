"""Documents: every table as xlsx, csv and tidy csv, and what a planner opens in Word."""

from beskplan.release.documents.country import write_country
from beskplan.release.documents.kommune import write_kommune

__all__ = ["write_country", "write_kommune"]
