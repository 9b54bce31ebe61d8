with brud as (
    select * from {{ ref('dim_brud') }}
    where sammenligneligt = 'nej'
),

dimensioner as (
    select * from {{ ref('int_dimensioner') }}
),

-- A break marks its month, and the next one if it falls inside a month; a stretch marks its months.
maaneder as (
    select
        tabel_id,
        dimensioner,
        unnest(generate_series(
            fra_maaned, coalesce(til_maaned, foerste_hele_maaned), interval 1 month
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
        on {{ brud_rammer('maaneder', 'dimensioner') }}
)

select * from final
