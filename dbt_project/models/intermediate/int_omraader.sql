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
        'kommune' as omraade_art,
        region_kode
    from kommuner
    union all
    select distinct
        region_kode as omraade_kode,
        region_navn as omraade_navn,
        'region' as omraade_art,
        region_kode
    from kommuner
    union all
    select
        omraade_kode,
        omraade_navn,
        omraade_art,
        cast(null as varchar) as region_kode
    from andre
)

select * from final
