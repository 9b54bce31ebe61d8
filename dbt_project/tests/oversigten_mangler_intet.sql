-- In its newest month the overview holds every figure that the source has, for all 98 kommuner.
with nyeste as (
    select max(maaned) as maaned from {{ ref('ydelsesoversigt') }}
),

kilden as (
    select
        grupper.oversigt_nr as raekke_nr,
        ydelser.omraade_kode as kommune_kode,
        ydelser.maaned,
        sum(ydelser.vaerdi) as antal,
        count(*) filter (where ydelser.status = 'A') as antal_synlige,
        count(*) as antal_dele
    from {{ ref('ydelsesgrupper') }} as grupper
    inner join {{ ref('fct_ydelser') }} as ydelser
        on
            grupper.tabel_id = ydelser.tabel_id
            and coalesce(grupper.dimensioner, '') = ydelser.dimensioner
    inner join {{ ref('kommuner') }} as kommuner
        on ydelser.omraade_kode = kommuner.kommune_kode
    where
        ydelser.maaling_navn = 'antal_fuldtidspersoner'
        and ydelser.maaned = (select nyeste.maaned from nyeste)
        and grupper.oversigt_nr is not null
        and ydelser.periode between coalesce(grupper.oversigt_fra, ydelser.periode)
        and coalesce(grupper.oversigt_til, ydelser.periode)
    group by all
)

select
    kilden.raekke_nr,
    kilden.kommune_kode,
    kilden.maaned
from kilden
left join {{ ref('ydelsesoversigt') }} as oversigt
    on
        kilden.raekke_nr = oversigt.raekke_nr
        and kilden.kommune_kode = oversigt.kommune_kode
        and kilden.maaned = oversigt.maaned
where
    kilden.antal_synlige = kilden.antal_dele
    and (
        oversigt.antal_fuldtidspersoner is distinct from kilden.antal
        or (oversigt.andel_befolkning_pct is null and oversigt.befolkning is not null)
    )
