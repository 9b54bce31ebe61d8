-- One row a case: a table of the source, a month and a measure with a correction of an error, and
-- what was right all along. A group with a revised figure was not wrong, but is not as it was.
with fejl as (
    select *
    from rettelser
    where art = 'fejlrettelse' and tabel in ('fct_ydelser', 'joblog_daekningsgrad', 'dim_befolkning')
),

sager as (
    select distinct
        tabel,
        tabel_id,
        periode
    from fejl
),

grupper as (
    select
        celler.tabel,
        celler.tabel_id,
        celler.periode,
        celler.gruppe,
        count(*) filter (where alle.tabel is not null) as antal_aendret
    from celler
    semi join sager using (tabel, tabel_id, periode)
    left join rettelser as alle using (tabel, tabel_id, periode, gruppe, maaling, omraade_kode)
    group by all
),

landet as (
    select
        celler.tabel,
        celler.tabel_id,
        celler.periode,
        celler.gruppe,
        celler.maaling,
        celler.vaerdi,
        celler.status,
        alle.tabel is null as er_uaendret
    from celler
    semi join sager using (tabel, tabel_id, periode)
    semi join fejl using (tabel, tabel_id, periode, gruppe, maaling)
    left join rettelser as alle using (tabel, tabel_id, periode, gruppe, maaling, omraade_kode)
    where celler.omraade_kode = '000'
)

select
    sager.tabel,
    sager.tabel_id,
    sager.periode,
    (
        select list(distinct gruppe order by gruppe) from grupper
        where
            grupper.tabel = sager.tabel and grupper.tabel_id = sager.tabel_id
            and grupper.periode = sager.periode and antal_aendret = 0
    ) as rigtige_grupper,
    (
        select count(*) from rettelser
        where
            rettelser.tabel = sager.tabel and rettelser.tabel_id = sager.tabel_id
            and rettelser.periode = sager.periode and rettelser.art = 'revision'
    ) as antal_revideret,
    (
        select list(
            {'gruppe': gruppe, 'maaling': maaling, 'vaerdi': vaerdi, 'status': status}
            order by gruppe, maaling
        )
        from landet
        where
            landet.tabel = sager.tabel and landet.tabel_id = sager.tabel_id
            and landet.periode = sager.periode and er_uaendret
    ) as rigtigt_land
from sager
order by all
