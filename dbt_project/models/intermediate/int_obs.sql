{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['celle_id', 'gyldig_fra'],
        on_schema_change='fail',
    )
}}

with celler as (
    select * from {{ ref('int_celler') }}
),

{% if is_incremental() %}
aabne as (
    select * from {{ this }}
    where gyldig_til is null
),

-- A cell whose every new observation equals its open version is left as it is.
aendrede as (
    select distinct celler.celle_id
    from celler
    left join aabne
        on celler.celle_id = aabne.celle_id
    where
        aabne.celle_id is null
        or celler.vaerdi is distinct from aabne.vaerdi
        or celler.status <> aabne.status
        or celler.oprindelse <> aabne.oprindelse
),

observationer as (
    select
        celler.celle_id,
        celler.kilde,
        celler.tabel_id,
        celler.maaling_id,
        celler.omraade_kode,
        celler.periode,
        celler.dimensioner,
        celler.vaerdi,
        celler.status,
        celler.oprindelse,
        celler.hentet_utc
    from celler
    semi join aendrede on celler.celle_id = aendrede.celle_id
    union all
    select
        aabne.celle_id,
        aabne.kilde,
        aabne.tabel_id,
        aabne.maaling_id,
        aabne.omraade_kode,
        aabne.periode,
        aabne.dimensioner,
        aabne.vaerdi,
        aabne.status,
        aabne.oprindelse,
        aabne.gyldig_fra as hentet_utc
    from aabne
    semi join aendrede on aabne.celle_id = aendrede.celle_id
),
{% else %}
observationer as (
    select * from celler
),
{% endif %}

-- A table with one vintage here has one observation of each cell: nothing to compare.
med_historie as (
    select
        kilde,
        tabel_id
    from observationer
    group by kilde, tabel_id
    having min(hentet_utc) < max(hentet_utc)
),

foerste as (
    select
        observationer.*,
        cast(null as timestamp) as gyldig_til
    from observationer
    anti join med_historie
        on
            observationer.kilde = med_historie.kilde
            and observationer.tabel_id = med_historie.tabel_id
),

-- Vintages that did not ask for a cell hold no row of it, and so close nothing.
med_forrige as (
    select
        observationer.*,
        lag(observationer.vaerdi) over forloeb as forrige_vaerdi,
        lag(observationer.status) over forloeb as forrige_status,
        lag(observationer.oprindelse) over forloeb as forrige_oprindelse
    from observationer
    semi join med_historie
        on
            observationer.kilde = med_historie.kilde
            and observationer.tabel_id = med_historie.tabel_id
    window forloeb as (
        partition by observationer.celle_id order by observationer.hentet_utc
    )
),

versioner as (
    select * exclude (forrige_vaerdi, forrige_status, forrige_oprindelse) from med_forrige
    where
        forrige_status is null
        or vaerdi is distinct from forrige_vaerdi
        or status <> forrige_status
        or oprindelse <> forrige_oprindelse
),

samlet as (
    select * from foerste
    union all by name
    select
        *,
        lead(hentet_utc) over (partition by celle_id order by hentet_utc) as gyldig_til
    from versioner
),

final as (
    select
        celle_id,
        kilde,
        tabel_id,
        maaling_id,
        omraade_kode,
        periode,
        dimensioner,
        vaerdi,
        status,
        oprindelse,
        hentet_utc as gyldig_fra,
        gyldig_til
    from samlet
)

select * from final
