-- Every measure and breakdown that was loaded is one that the hand-kept tables know.
select distinct
    daekning.kilde,
    daekning.tabel_id,
    daekning.maaling_id,
    daekning.dimensioner
from {{ ref('int_daekning') }} as daekning
left join {{ ref('int_maalinger') }} as maalinger
    on
        daekning.kilde = maalinger.kilde
        and daekning.tabel_id = maalinger.tabel_id
        and daekning.maaling_id = maalinger.maaling_id
left join {{ ref('int_dimensioner') }} as dimensioner
    on
        daekning.tabel_id = dimensioner.tabel_id
        and daekning.dimensioner = dimensioner.dimensioner
where
    maalinger.maaling_id is null
    or (
        dimensioner.ydelsesgruppe is null
        and daekning.tabel_id in (
            select grupper.tabel_id from {{ ref('ydelsesgrupper') }} as grupper
        )
    )
    or {{ periode_start('daekning.periode') }} is null
