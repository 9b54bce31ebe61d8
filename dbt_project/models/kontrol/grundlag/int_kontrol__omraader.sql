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
        -- The orders in which tables are printed; row shifts are looked for in the source's own.
        case
            when omraader.omraade_art = 'kommune'
                then row_number() over (
                    partition by omraader.omraade_art order by omraader.omraade_kode
                )
        end as raekke_nr,
        -- Aabenraa first and Ærø last: æ, ø, å in this order after z.
        case
            when omraader.omraade_art = 'kommune'
                then row_number() over (
                    partition by omraader.omraade_art
                    order by translate(lower(omraader.omraade_navn), 'æøå', '{|}')
                )
        end as raekke_nr_navn
    from omraader
    left join planer
        on omraader.omraade_kode = planer.kommune_kode
)

select * from final
