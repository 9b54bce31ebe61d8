{{
    config(
        materialized='incremental',
        incremental_strategy='append',
        on_schema_change='fail',
    )
}}
-- Last of the three that load: what stands here has been loaded whole.
-- depends_on: {{ ref('int_obs') }}

with celler as (
    select * from {{ ref('stg_landing__celler') }}
    where fil in {{ nye_filer() }}
),

vintager as (
    select * from {{ ref('int_vintager') }}
),

spurgt as (
    select distinct
        fil,
        maaling_id,
        dimensioner,
        periode
    from celler
),

final as (
    select
        vintager.kilde,
        vintager.tabel_id,
        vintager.hentet_utc,
        spurgt.maaling_id,
        spurgt.dimensioner,
        spurgt.periode
    from spurgt
    inner join vintager
        on spurgt.fil = vintager.fil
)

select * from final
