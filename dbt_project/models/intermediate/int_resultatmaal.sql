with maal as (
    select * from {{ ref('resultatmaal') }}
),

planer as (
    select * from {{ ref('planer') }}
),

kommuner as (
    select * from {{ ref('kommuner') }}
),

indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

grupper as (
    select distinct
        gruppe_id,
        gruppe_navn
    from {{ ref('dim_gruppe') }}
),

enheder as (
    select * from {{ ref('enheder') }}
),

-- A year's list has been changed after it was announced: the plan's is that of its adoption.
ministermaal as (
    select * from {{ ref('dim_ministermaal') }}
),

samlet as (
    select
        maal.*,
        planer.plan_titel,
        planer.er_eksempel = 'ja' as er_eksempel,
        planer.bedoem_foreloebig = 'ja' as bedoem_foreloebig,
        planer.vedtaget_dato,
        planer.kommune_kode,
        kommuner.kommune_navn,
        ministermaal.ministermaal,
        indikatorer.indikator_navn,
        indikatorer.tabel_id,
        indikatorer.maaling_navn,
        indikatorer.dimensioner,
        grupper.gruppe_navn,
        enheder.regnes_som as enhed_beregnet,
        coalesce(indikatorer.decimaler, 0) as decimaler,
        date_trunc('month', planer.periode_fra) as plan_fra,
        coalesce(
            {{ periode_foerste_maaned('maal.maal_periode') }},
            date_trunc('month', planer.periode_fra)
        ) as maal_fra,
        coalesce(
            {{ periode_sidste_maaned('maal.maal_periode') }},
            date_trunc('month', planer.periode_til)
        ) as maal_til
    from maal
    inner join planer
        on maal.plan_id = planer.plan_id
    inner join kommuner
        on planer.kommune_kode = kommuner.kommune_kode
    left join indikatorer
        on maal.indikator_id = indikatorer.indikator_id
    left join grupper
        on maal.gruppe_id = grupper.gruppe_id
    left join enheder
        on maal.enhed = enheder.enhed
    left join ministermaal
        on
            maal.ministermaal_aar = ministermaal.ministermaal_aar
            and maal.ministermaal_nr = ministermaal.ministermaal_nr
            and planer.vedtaget_dato >= coalesce(ministermaal.gyldig_fra, date '1900-01-01')
            and planer.vedtaget_dato <= coalesce(ministermaal.gyldig_til, date '9999-12-31')
),

med_baseline as (
    select
        * exclude (maal_fra, maal_til, plan_fra),
        cast(plan_fra as date) as plan_fra,
        cast(maal_fra as date) as maal_fra,
        cast(maal_til as date) as maal_til,
        cast(case
            when baseline_art = 'samme_maaned_aaret_foer' then maal_til - interval 12 month
            when baseline_art = 'december' then {{ periode_sidste_maaned('baseline_periode') }}
            when baseline_art = 'rullende_12'
                then {{ periode_sidste_maaned('baseline_periode') }} - interval 11 month
            else {{ periode_foerste_maaned('baseline_periode') }}
        end as date) as baseline_fra,
        cast(case
            when baseline_art = 'samme_maaned_aaret_foer' then maal_til - interval 12 month
            else {{ periode_sidste_maaned('baseline_periode') }}
        end as date) as baseline_til
    from samlet
),

final as (
    select
        plan_id,
        plan_titel,
        er_eksempel,
        bedoem_foreloebig,
        vedtaget_dato,
        kommune_kode,
        kommune_navn,
        maal_nr,
        foraelder_nr,
        raekkefoelge,
        ministermaal_aar,
        ministermaal_nr,
        ministermaal,
        datakilde,
        indikator_id,
        indikator_navn,
        tabel_id,
        maaling_navn,
        dimensioner,
        enhed,
        enhed_beregnet,
        decimaler,
        retning,
        baseline_art,
        gruppe_id,
        gruppe_navn,
        forventet_gruppe,
        baseline_periode,
        baseline_periode_trykt,
        baseline_trykt,
        maal_aendring,
        maal_vaerdi,
        maal_periode,
        skabelon,
        resultatmaal_skabelon,
        plan_fra,
        maal_fra,
        maal_til,
        baseline_fra,
        baseline_til
    from med_baseline
)

select * from final
