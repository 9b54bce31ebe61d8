{{ config(materialized='view') }}

{% if landing_har('[a-z]*/*/[0-9]*/celler.parquet') %}
with source as (
    select * from {{ source('landing', 'celler') }}
),

renamed as (
    select
        -- A filter on this column keeps DuckDB from opening the other files.
        right(filename, -length('{{ var("landing") }}/')) as fil,
        omraade,
        periode,
        dimensioner,
        maaling_id,
        cast(vaerdi as decimal(18, 3)) as vaerdi,
        raekke_mangler
    from source
)

select * from renamed
{% else %}
select
    cast(null as varchar) as fil,
    cast(null as varchar) as omraade,
    cast(null as varchar) as periode,
    cast(null as varchar) as dimensioner,
    cast(null as varchar) as maaling_id,
    cast(null as decimal(18, 3)) as vaerdi,
    cast(null as boolean) as raekke_mangler
where false
{% endif %}
