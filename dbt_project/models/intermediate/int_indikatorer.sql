with indikatorer as (
    select * from {{ ref('indikatorer') }}
),

final as (
    select
        indikator_id,
        indikator_navn,
        tabel_id,
        maaling_navn,
        string_split(coalesce(dimensioner, ''), ';') as dimensioner,
        enhed,
        decimaler,
        maaling_art,
        bro_id
    from indikatorer
)

select * from final
