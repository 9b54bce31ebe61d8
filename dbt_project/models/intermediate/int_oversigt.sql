with grupper as (
    select * from {{ ref('int_ydelsesgrupper') }}
    where oversigt_nr is not null
),

ydelser as (
    select * from {{ ref('fct_ydelser') }}
),

kommuner as (
    select * from {{ ref('dim_kommune') }}
),

raekker as (
    select
        oversigt_nr as raekke_nr,
        max(oversigt_navn) as ydelsesgruppe,
        max(foraelder_nr) as foraelder_nr,
        max(tabel_id) as tabel_id,
        max(oversigt_fra) as oversigt_fra,
        max(oversigt_til) as oversigt_til,
        count(*) as antal_dele
    from grupper
    group by oversigt_nr
),

celler as (
    select
        grupper.oversigt_nr as raekke_nr,
        ydelser.omraade_kode,
        ydelser.maaned,
        ydelser.maaling_navn,
        ydelser.vaerdi,
        ydelser.status,
        ydelser.er_foreloebig,
        ydelser.er_syntetisk,
        ydelser.hentet_utc
    from grupper
    inner join ydelser
        on
            grupper.tabel_id = ydelser.tabel_id
            and grupper.dimensioner = ydelser.dimensioner
    where ydelser.maaling_navn in ('antal_fuldtidspersoner', 'andel_befolkning_pct')
),

antal as (
    select
        celler.raekke_nr,
        celler.omraade_kode,
        celler.maaned,
        sum(celler.vaerdi) as antal_fuldtidspersoner,
        {{ samlet_status('celler.status', 'max(raekker.antal_dele)') }} as antal_status,
        bool_or(celler.er_foreloebig) as er_foreloebig,
        bool_or(celler.er_syntetisk) as er_syntetisk,
        max(celler.hentet_utc) as hentet_utc
    from celler
    inner join raekker
        on celler.raekke_nr = raekker.raekke_nr
    where celler.maaling_navn = 'antal_fuldtidspersoner'
    group by celler.raekke_nr, celler.omraade_kode, celler.maaned
),

-- The source sends no percent for a row that is a sum of members.
andele as (
    select
        celler.raekke_nr,
        celler.omraade_kode,
        celler.maaned,
        max(celler.vaerdi) as andel_kilde_pct
    from celler
    inner join raekker
        on celler.raekke_nr = raekker.raekke_nr
    where celler.maaling_navn = 'andel_befolkning_pct' and raekker.antal_dele = 1
    group by celler.raekke_nr, celler.omraade_kode, celler.maaned
),

maaneder as (
    select distinct maaned from celler
),

final as (
    select
        kommuner.kommune_kode,
        kommuner.kommune_navn,
        raekker.raekke_nr,
        raekker.foraelder_nr,
        raekker.ydelsesgruppe,
        raekker.tabel_id,
        raekker.oversigt_fra,
        raekker.oversigt_til,
        maaneder.maaned,
        case when antal.antal_status = 'A' then antal.antal_fuldtidspersoner end
            as antal_fuldtidspersoner,
        coalesce(antal.antal_status, 'N') as antal_status,
        andele.andel_kilde_pct,
        coalesce(antal.er_foreloebig, false) as er_foreloebig,
        coalesce(antal.er_syntetisk, false) as er_syntetisk,
        antal.hentet_utc
    from kommuner
    cross join raekker
    -- A row that ended has no months afterwards; one that began has the year before it as well.
    inner join maaneder
        on
            maaneder.maaned
            >= coalesce(raekker.oversigt_fra - interval 12 month, maaneder.maaned)
            and maaneder.maaned <= coalesce(raekker.oversigt_til, maaneder.maaned)
    left join antal
        on
            kommuner.kommune_kode = antal.omraade_kode
            and raekker.raekke_nr = antal.raekke_nr
            and maaneder.maaned = antal.maaned
    left join andele
        on
            kommuner.kommune_kode = andele.omraade_kode
            and raekker.raekke_nr = andele.raekke_nr
            and maaneder.maaned = andele.maaned
)

select * from final
