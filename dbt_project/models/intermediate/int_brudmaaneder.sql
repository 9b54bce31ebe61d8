with brud as (
    select * from {{ ref('serie_brud') }}
    where sammenligneligt = 'nej'
),

-- A break marks the first month after it; a disturbed stretch marks each of its months.
maaneder as (
    select
        tabel_id,
        unnest(generate_series(
            date_trunc('month', dato_fra),
            date_trunc('month', coalesce(dato_til, dato_fra)),
            interval 1 month
        )) as maaned
    from brud
),

final as (
    select distinct
        tabel_id,
        cast(maaned as date) as maaned
    from maaneder
)

select * from final
