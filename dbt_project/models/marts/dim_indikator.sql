with indikatorer as (
    select * from {{ ref('int_indikatorer') }}
),

final as (
    select
        indikator_id,
        indikator_navn,
        tabel_id,
        maaling_navn,
        array_to_string(dimensioner, ';') as dimensioner,
        enhed,
        decimaler,
        maaling_art,
        bro_id
    from indikatorer
)

select * from final
order by indikator_id
