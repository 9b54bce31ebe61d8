with brud as (
    select * from {{ ref('serie_brud') }}
    where sammenligneligt = 'nej'
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

-- A break marks the first month after it; a disturbed stretch marks each of its months.
maaneder as (
    select
        tabel_id,
        dimensioner,
        unnest(generate_series(
            date_trunc('month', dato_fra),
            date_trunc('month', coalesce(dato_til, dato_fra)),
            interval 1 month
        )) as maaned
    from brud
),

final as (
    select distinct
        dimensioner.tabel_id,
        dimensioner.dimensioner,
        cast(maaneder.maaned as date) as maaned
    from maaneder
    inner join dimensioner
        on
            maaneder.tabel_id = dimensioner.tabel_id
            and {{ gaelder('dimensioner.dimensioner', 'maaneder.dimensioner') }}
)

select * from final
