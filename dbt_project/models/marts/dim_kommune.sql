with kommuner as (
    select * from {{ ref('kommuner') }}
),

final as (
    select
        kommune_kode,
        kommune_navn
    from kommuner
)

select * from final
order by kommune_kode
