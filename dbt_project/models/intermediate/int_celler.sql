{{ config(materialized='view') }}
-- depends_on: {{ ref('int_vintager') }}

with celler as (
    select * from {{ ref('stg_landing__celler') }}
    where fil in {{ nye_filer() }}
),

vintager as (
    select * from {{ ref('int_vintager') }}
),

omraader as (
    select * from {{ ref('int_omraader') }}
),

-- Jobindsats writes the area's name, StatBank its code; the two sets have nothing in common.
opslag as (
    select
        omraade_navn as omraade,
        omraade_kode
    from omraader
    union all
    select
        omraade_kode as omraade,
        omraade_kode
    from omraader
),

-- Measures whose source says of each cell without a figure why it has none.
oplyste as (
    select
        vintager.fil,
        maalinger.maaling_id
    from vintager
    inner join {{ ref('int_maalinger') }} as maalinger
        on
            vintager.kilde = maalinger.kilde
            and vintager.tabel_id = maalinger.tabel_id
    where maalinger.tom_celle = 'oplyst'
),

-- Few cells are empty; only for those is it asked whether a sibling measure is visible.
uden_vaerdi as (
    select distinct
        fil,
        omraade,
        periode,
        dimensioner
    from celler
    where vaerdi is null and not raekke_mangler
),

synlige as (
    select distinct
        celler.fil,
        celler.omraade,
        celler.periode,
        celler.dimensioner
    from celler
    semi join uden_vaerdi
        on
            celler.fil = uden_vaerdi.fil
            and celler.omraade = uden_vaerdi.omraade
            and celler.periode = uden_vaerdi.periode
            and celler.dimensioner = uden_vaerdi.dimensioner
    where celler.vaerdi > 0
),

tomme as (
    select
        celler.*,
        case
            when celler.raekke_mangler then 'M'
            when oplyste.fil is not null or synlige.fil is not null then 'C'
            else 'U'
        end as status
    from celler
    left join oplyste
        on
            celler.fil = oplyste.fil
            and celler.maaling_id = oplyste.maaling_id
    left join synlige
        on
            celler.fil = synlige.fil
            and celler.omraade = synlige.omraade
            and celler.periode = synlige.periode
            and celler.dimensioner = synlige.dimensioner
    where celler.vaerdi is null
),

med_status as (
    select
        *,
        'A' as status
    from celler
    where vaerdi is not null
    union all
    select * from tomme
),

-- A vintage of several files may hold recorded months beside generated ones.
blandede as (
    select
        fil,
        unnest(svar_oprindelser) as svaret
    from vintager
    where svar_oprindelser is not null
),

final as (
    select
        vintager.kilde,
        vintager.tabel_id,
        med_status.maaling_id,
        -- An unknown area keeps its text, so that the test on int_obs can name it.
        coalesce(opslag.omraade_kode, med_status.omraade) as omraade_kode,
        med_status.periode,
        med_status.dimensioner,
        med_status.vaerdi,
        med_status.status,
        coalesce(blandede.svaret['oprindelse'], vintager.oprindelse) as oprindelse,
        vintager.hentet_utc
    from med_status
    inner join vintager
        on med_status.fil = vintager.fil
    left join blandede
        on
            med_status.fil = blandede.fil
            and med_status.periode = blandede.svaret['periode']
    left join opslag
        on med_status.omraade = opslag.omraade
)

select
    -- `dimensioner` last: it is the only part that may hold the separator.
    md5(concat_ws('|', kilde, tabel_id, maaling_id, omraade_kode, periode, dimensioner))
        as celle_id,
    *
from final
