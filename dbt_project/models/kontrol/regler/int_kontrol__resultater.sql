{{ config(materialized='view') }}
-- All rules' results in one form: passed units counted together, one row each suspect.

with resultater as (
    select * from {{ ref('int_kontrol__f17_daekning') }}
    union all by name
    select * from {{ ref('int_kontrol__f17_maalinger') }}
    union all by name
    select * from {{ ref('int_kontrol__f01_additivitet') }}
    union all by name
    select * from {{ ref('int_kontrol__f14_uligheder') }}
    union all by name
    select * from {{ ref('int_kontrol__f15_grupper') }}
    union all by name
    select * from {{ ref('int_kontrol__e1_enheder') }}
    union all by name
    select * from {{ ref('int_kontrol__s1_skrumpet') }}
    union all by name
    select * from {{ ref('int_kontrol__f16_kolonner') }}
    union all by name
    select * from {{ ref('int_kontrol__f05_naevner') }}
    union all by name
    select * from {{ ref('int_kontrol__f13_andele') }}
    union all by name
    select * from {{ ref('int_kontrol__f14_kilder') }}
    union all by name
    select * from {{ ref('int_kontrol__f06_historik') }}
    union all by name
    select * from {{ ref('int_kontrol__f08_rangorden') }}
    union all by name
    select * from {{ ref('int_kontrol__f09_forskydning') }}
    union all by name
    select * from {{ ref('int_kontrol__f10_tildeling') }}
    union all by name
    select * from {{ ref('int_kontrol__f20_udvikling') }}
)

select * from resultater
