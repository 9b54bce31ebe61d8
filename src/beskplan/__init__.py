"""Monthly ydelse counts in, a beskæftigelsesplan's resultatmål tables out."""
