with kommuner as (
    select * from {{ ref('kommuner') }}
),

final as (
    select
        kommune_kode,
        kommune_navn,
        region_kode,
        region_navn
    from kommuner
)

select * from final
order by kommune_kode
