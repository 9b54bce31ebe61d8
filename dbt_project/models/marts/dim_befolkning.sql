with befolkning as (
    select * from {{ ref('int_befolkning') }}
),

omraader as (
    select * from {{ ref('dim_omraade') }}
),

final as (
    select
        befolkning.omraade_kode,
        omraader.omraade_navn,
        befolkning.periode,
        befolkning.kvartal,
        befolkning.befolkning,
        befolkning.befolkning_status,
        befolkning.er_syntetisk,
        befolkning.tabel_id,
        befolkning.hentet_utc
    from befolkning
    left join omraader
        on befolkning.omraade_kode = omraader.omraade_kode
)

select * from final
order by omraade_kode, kvartal
