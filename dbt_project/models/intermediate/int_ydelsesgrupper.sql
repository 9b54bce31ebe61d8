select
    tabel_id,
    coalesce(dimensioner, '') as dimensioner,
    ydelsesgruppe,
    begreb,
    oversigt_nr,
    oversigt_navn,
    foraelder_nr,
    {{ periode_start('oversigt_fra') }} as oversigt_fra,
    {{ periode_start('oversigt_til') }} as oversigt_til
from {{ ref('ydelsesgrupper') }}
