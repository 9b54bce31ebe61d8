select
    tabel_id,
    coalesce(dimensioner, '') as dimensioner,
    ydelsesgruppe,
    begreb,
    oversigt_nr,
    oversigt_navn,
    foraelder_nr
from {{ ref('ydelsesgrupper') }}
