with kommuner as (
    select * from {{ ref('kommuner') }}
),

andre as (
    select * from {{ ref('omraader') }}
),

final as (
    select
        kommune_kode as omraade_kode,
        kommune_navn as omraade_navn,
        'kommune' as omraade_art
    from kommuner
    union all
    select
        omraade_kode,
        omraade_navn,
        omraade_art
    from andre
)

select * from final
