{{ config(materialized='table') }}

with omraader as (
    select * from {{ ref('int_omraader') }}
    where omraade_art in ('kommune', 'land', 'uoplyst')
),

planer as (
    select distinct kommune_kode from {{ ref('planer') }}
),

final as (
    select
        omraader.omraade_kode,
        omraader.omraade_navn,
        omraader.omraade_art,
        cast(omraader.omraade_kode as integer) as omraade_nr,
        planer.kommune_kode is not null as har_plan,
        -- The order in which tables are printed; row shifts are looked for in it.
        case
            when omraader.omraade_art = 'kommune'
                then row_number() over (
                    partition by omraader.omraade_art order by omraader.omraade_kode
                )
        end as raekke_nr
    from omraader
    left join planer
        on omraader.omraade_kode = planer.kommune_kode
)

select * from final
