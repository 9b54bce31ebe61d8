{% if landing_har('afgoerelser/*.json') %}
with source as (
    select * from {{ source('landing', 'afgoerelser') }}
),

renamed as (
    select
        kilde,
        tabel_id,
        {{ utc('hentet_utc') }} as hentet_utc,
        nr,
        udfald,
        hvem,
        hvorfor
    from source
)

select * from renamed
{% else %}
select
    cast(null as varchar) as kilde,
    cast(null as varchar) as tabel_id,
    cast(null as timestamp) as hentet_utc,
    cast(null as bigint) as nr,
    cast(null as varchar) as udfald,
    cast(null as varchar) as hvem,
    cast(null as varchar) as hvorfor
where false
{% endif %}
