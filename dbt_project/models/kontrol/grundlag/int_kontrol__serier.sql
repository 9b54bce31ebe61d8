{{ config(materialized='table') }}
{% set g = graenser() %}

with vintager as (
    select * from {{ ref('kontrol_vintager') }}
),

daekning as (
    select * from {{ ref('int_daekning') }}
),

maalinger as (
    select * from {{ ref('int_maalinger') }}
),

dele as (
    select
        vintager.scenarie,
        vintager.kilde,
        vintager.tabel_id,
        vintager.hentet_utc,
        vintager.forrige_hentet_utc,
        vintager.accepteret_hentet_utc,
        daekning.maaling_id,
        daekning.dimensioner,
        regexp_replace(daekning.dimensioner, '=[^|]*', '', 'g') as fordeling,
        max({{ periode_art('daekning.periode') }}) as periode_art,
        min({{ periode_nr('daekning.periode') }}) as foerste_nr,
        max({{ periode_nr('daekning.periode') }}) as sidste_nr,
        count(distinct daekning.periode) as antal_perioder
    from vintager
    inner join daekning
        on
            vintager.kilde = daekning.kilde
            and vintager.tabel_id = daekning.tabel_id
            and vintager.hentet_utc = daekning.hentet_utc
    group by all
),

final as (
    select
        cast(row_number() over (
            order by dele.scenarie, dele.kilde, dele.tabel_id, dele.maaling_id, dele.dimensioner
        ) as integer) as serie_id,
        dele.*,
        {{ perioder_pr_aar('dele.periode_art') }} as pr_aar,
        maalinger.maaling,
        maalinger.maaling_navn,
        maalinger.enhed,
        maalinger.additivitet,
        maalinger.diskretion_under,
        maalinger.tom_celle,
        maalinger.raekkefoelge,
        -- Largest number that can hide behind a suppressed cell. Fuldtidspersoner are hidden
        -- before they are rounded: 2,9 is hidden (Ærø 2025M02: 6 in all, both parts hidden).
        case
            when maalinger.enhed = 'fuldtidspersoner' then coalesce(maalinger.diskretion_under, 0)
            else greatest(coalesce(maalinger.diskretion_under, 0) - 1, 0)
        end as skjult_hoejst,
        -- The source rounds counts to whole numbers, and a few tables further.
        case
            when maalinger.enhed in ('fuldtidspersoner', 'personer')
                then {{ tabelvaerdi(g, 'afrundet_til', 'dele.tabel_id', 1) }}
            else 1
        end as afrundet_til,
        cast({{ tabelvaerdi(g, 'afrundet_andel', 'dele.tabel_id', 0) }} as double)
            as afrundet_andel
    from dele
    left join maalinger
        on
            dele.kilde = maalinger.kilde
            and dele.tabel_id = maalinger.tabel_id
            and dele.maaling_id = maalinger.maaling_id
)

select * from final
