-- The history holds no vintage that does not count: such a copy must have been built anew.
select distinct
    daekning.kilde,
    daekning.tabel_id,
    daekning.hentet_utc
from {{ ref('int_daekning') }} as daekning
anti join {{ ref('int_vintager') }} as vintager
    on
        daekning.kilde = vintager.kilde
        and daekning.tabel_id = vintager.tabel_id
        and daekning.hentet_utc = vintager.hentet_utc
