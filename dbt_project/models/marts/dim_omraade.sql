select
    omraade_kode,
    omraade_navn,
    omraade_art
from {{ ref('int_omraader') }}
order by omraade_kode
