{{ config(materialized='table') }}

with resultater as (
    select * from {{ ref('int_kontrol__resultater') }}
),

vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

omraader as (
    select * from {{ ref('int_kontrol__omraader') }}
),

serier as (
    select
        scenarie,
        kilde,
        tabel_id,
        max(periode_art) as periode_art
    from {{ ref('int_kontrol__serier') }}
    group by scenarie, kilde, tabel_id
),

final as (
    select
        resultater.scenarie,
        resultater.kilde,
        resultater.tabel_id,
        vintager.hentet_utc,
        {{ periode_tekst('resultater.periode_nr', 'serier.periode_art') }} as periode,
        resultater.regel_id,
        cast(sum(resultater.testet) as bigint) as testet,
        cast(count(*) filter (where resultater.er_fund) as bigint) as fundet,
        cast(sum(resultater.uden_styrke) as bigint) as uden_styrke,
        round(cast(max(resultater.score) as double), 6) as vaerste_score,
        -- Only a finding names its area.
        round(
            cast(max(resultater.score) filter (where omraader.har_plan) as double), 6
        ) as vaerste_score_plan
    from resultater
    inner join vintager
        on
            resultater.scenarie = vintager.scenarie
            and resultater.kilde = vintager.kilde
            and resultater.tabel_id = vintager.tabel_id
    inner join serier
        on
            resultater.scenarie = serier.scenarie
            and resultater.kilde = serier.kilde
            and resultater.tabel_id = serier.tabel_id
    left join omraader
        on resultater.omraade_nr = omraader.omraade_nr
    group by all
)

select * from final
order by scenarie, kilde, tabel_id, regel_id, periode
