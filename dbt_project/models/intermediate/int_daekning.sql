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
    select * from {{ ref('int_celler') }}
),

final as (
    select distinct
        kilde,
        tabel_id,
        hentet_utc,
        maaling_id,
        dimensioner,
        periode
    from celler
)

select * from final
