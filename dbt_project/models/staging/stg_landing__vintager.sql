{% if landing_har('[a-z]*/*/[0-9]*/manifest.json') %}
with source as (
    select * from {{ source('landing', 'manifest') }}
),

renamed as (
    select
        kilde,
        tabel_id,
        {{ utc('hentet_utc') }} as hentet_utc,
        update_latest,
        oprindelse,
        indholdssum,
        raekker_spurgt,
        raekker_mangler,
        -- The same in every folder that landing may stand in.
        regexp_extract(replace(filename, '\', '/'), '([^/]+/[^/]+/[^/]+)/manifest\.json$', 1)
        || '/celler.parquet' as fil
    from source
)

select * from renamed
{% else %}
select
    cast(null as varchar) as kilde,
    cast(null as varchar) as tabel_id,
    cast(null as timestamp) as hentet_utc,
    cast(null as varchar) as update_latest,
    cast(null as varchar) as oprindelse,
    cast(null as varchar) as indholdssum,
    cast(null as bigint) as raekker_spurgt,
    cast(null as bigint) as raekker_mangler,
    cast(null as varchar) as fil
where false
{% endif %}
