-- What the cited figures say of one another holds within each calculation's own tolerance.
select
    regnestykke_id,
    beregnet,
    resultat,
    tolerance
from {{ ref('citerede_regnestykker') }}
where not holder
