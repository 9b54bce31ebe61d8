{% if landing_har('tilsyn/*/*/*.json') %}
with source as (
    select * from {{ source('landing', 'tilsyn') }}
),

renamed as (
    select
        kilde,
        tabel_id,
        nr,
        udfald,
        {{ utc('set_utc') }} as set_utc,
        update_latest,
        {{ utc('hentet_utc') }} as hentet_utc
    from source
)

select * from renamed
{% else %}
select
    cast(null as varchar) as kilde,
    cast(null as varchar) as tabel_id,
    cast(null as bigint) as nr,
    cast(null as varchar) as udfald,
    cast(null as timestamp) as set_utc,
    cast(null as varchar) as update_latest,
    cast(null as timestamp) as hentet_utc
where false
{% endif %}
