{% if landing_har('[a-z]*/*/[0-9]*/manifest.json') %}
with source as (
    select * from {{ source('landing', 'manifest') }}
),

svar as (
    select
        source.filename,
        unnest(source.svar) as svaret
    from source
),

-- Only where a vintage's answers are of more than one origin.
blandede as (
    select
        filename,
        list({
            'periode': flatten(svaret['parametre'])[
                list_position(flatten(svaret['parametre']), 'periode') + 1
            ],
            'oprindelse': svaret['oprindelse']
        }) as svar_oprindelser
    from svar
    group by filename
    having count(distinct svaret['oprindelse']) > 1
),

renamed as (
    select
        source.kilde,
        source.tabel_id,
        {{ utc('source.hentet_utc') }} as hentet_utc,
        source.update_latest,
        source.oprindelse,
        source.indholdssum,
        source.raekker_spurgt,
        source.raekker_mangler,
        -- The same in every folder that landing may stand in.
        regexp_extract(
            replace(source.filename, '\', '/'), '([^/]+/[^/]+/[^/]+)/manifest\.json$', 1
        ) || '/celler.parquet' as fil,
        blandede.svar_oprindelser
    from source
    left join blandede
        on source.filename = blandede.filename
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
    cast(null as varchar) as fil,
    [{ 'periode': '', 'oprindelse': '' }] as svar_oprindelser
where false
{% endif %}
