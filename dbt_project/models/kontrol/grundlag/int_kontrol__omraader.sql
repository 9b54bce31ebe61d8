{{ config(materialized='table') }}

with omraader as (
    select * from {{ ref('int_omraader') }}
    where omraade_art in ('kommune', 'land', 'uoplyst')
),

final as (
    select
        omraade_kode,
        omraade_navn,
        omraade_art,
        cast(omraade_kode as integer) as omraade_nr,
        -- The order in which tables are printed; row shifts are looked for in it.
        case
            when omraade_art = 'kommune'
                then row_number() over (partition by omraade_art order by omraade_kode)
        end as raekke_nr
    from omraader
)

select * from final
