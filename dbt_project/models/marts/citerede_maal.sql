with maal as (
    select * from {{ ref('int_resultatmaal') }}
),

ministermaal as (
    select distinct
        ministermaal_aar,
        ministermaal_nr,
        tema
    from {{ ref('dim_ministermaal') }}
),

dele as (
    select * from {{ ref('int_indikator_dele') }}
),

grupper as (
    select * from {{ ref('int_dimensioner') }}
),

citater as (
    select * from {{ ref('citerede_indikatorer') }}
),

-- What a mål is about: its ministermål's theme, and the groups that its indicator counts.
emner as (
    select
        maal.plan_id,
        maal.maal_nr,
        ministermaal.tema,
        cast(null as varchar) as begreb
    from maal
    inner join ministermaal
        on
            maal.ministermaal_aar = ministermaal.ministermaal_aar
            and maal.ministermaal_nr = ministermaal.ministermaal_nr
    union all
    select
        maal.plan_id,
        maal.maal_nr,
        cast(null as varchar) as tema,
        grupper.begreb
    from maal
    inner join dele
        on maal.indikator_id = dele.indikator_id
    inner join grupper
        on dele.tabel_id = grupper.tabel_id and dele.dimensioner = grupper.dimensioner
),

-- Nothing that was written after the mål's own time; amounts of money say nothing about people.
final as (
    select distinct
        emner.plan_id,
        emner.maal_nr,
        citater.citat_id,
        citater.tekst,
        citater.forbehold,
        citater.vaerdi,
        citater.enhed,
        citater.opgjort_tekst,
        citater.alder_aar,
        citater.kilde,
        citater.side
    from emner
    inner join maal
        on emner.plan_id = maal.plan_id and emner.maal_nr = maal.maal_nr
    inner join citater
        on emner.tema = citater.ministermaal_tema or emner.begreb = citater.begreb
    where
        citater.art <> 'beloeb'
        and citater.citeret_aar <= year(maal.maal_til)
)

select * from final
order by plan_id, maal_nr, citat_id
